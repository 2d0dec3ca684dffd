package slack

import (
	"regexp"
	"strconv"
)

func accessories() []string {
	return append([]string{"image"}, actionElements()...)
}

func actionElements() []string {
	return []string{
		"button", "overflow", "workflow_button", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
		"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
	}
}

func inputElements() []string {
	return []string{
		"plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input", "file_input",
		"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
		"static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
	}
}

func imageFields() []field {
	return []field{allow("image_url", webAddress), allow("slack_file", anything), need("alt_text", str(1, maxAlt))}
}

func elementShapes() map[string]shape {
	e := map[string]shape{
		"image":    {fields: imageFields(), also: needsOneOf("image_url", "slack_file")},
		"button":   interactive(buttonFields()...),
		"overflow": interactive(need("options", list(1, maxOverflow, option(true)))),
		"workflow_button": interactive(
			need("text", plain(maxButtonText)), need("workflow", anything), allow("style", oneOf("primary", "danger")), allow("accessibility_label", str(1, maxButtonText)),
		),
		"icon_button": interactive(
			need("icon", str(1, 0)), need("text", plain(maxButtonText)), allow("value", str(0, maxButtonValue)),
			allow("accessibility_label", str(1, maxButtonText)), allow("visible_to_user_ids", anything),
		),
		"feedback_buttons": interactive(need("positive_button", of(feedback())), need("negative_button", of(feedback()))),
	}
	chooserShapes(e)
	selectShapes(e)
	inputShapes(e)
	return e
}

// interactive is an element's shape with what all of them share.
func interactive(f ...field) shape {
	return shape{fields: append([]field{
		allow("action_id", str(0, maxID)), allow("confirm", of(confirmation())), allow("focus_on_load", boolean),
	}, f...)}
}

func buttonFields() []field {
	return []field{
		need("text", plain(maxButtonText)), allow("value", str(0, maxButtonValue)), allow("url", webAddress),
		allow("style", oneOf("primary", "danger")), allow("accessibility_label", str(1, maxButtonText)),
		allow("agent_prompt", str(1, 0)), allow("agent_prompt_display", anything), allow("visible_to_user_ids", anything),
	}
}

func feedback() shape {
	return fields(need("text", plain(maxButtonText)), need("value", str(1, maxButtonValue)), allow("accessibility_label", str(1, maxButtonText)))
}

func confirmation() shape {
	return fields(
		need("title", plain(maxConfirmTitle)), need("text", anyText(maxConfirmText)), need("confirm", plain(maxConfirmButton)),
		need("deny", plain(maxConfirmButton)), allow("style", oneOf("primary", "danger")),
	)
}

func option(withURL bool) check {
	sh := fields(
		need("text", anyText(maxOptionText)), need("value", str(1, maxOptionValue)), allow("description", anyText(maxOptionText)),
	)
	if withURL {
		sh.fields = append(sh.fields, allow("url", webAddress))
	}
	return of(sh)
}

func groups() check {
	return list(1, maxOptions, of(fields(need("label", plain(maxOptionText)), need("options", list(1, maxOptions, option(false))))))
}

func chooserShapes(e map[string]shape) {
	e["checkboxes"] = interactive(
		need("options", list(1, maxChecks, option(false))), allow("initial_options", list(1, maxChecks, option(false))), allow("visible_to_user_ids", anything),
	)
	e["radio_buttons"] = interactive(need("options", list(1, maxChecks, option(false))), allow("initial_option", option(false)))
	e["datepicker"] = interactive(allow("placeholder", plain(maxPlaceholder)), allow("initial_date", pattern(`^\d{4}-\d{2}-\d{2}$`)))
	e["timepicker"] = interactive(
		allow("placeholder", plain(maxPlaceholder)), allow("initial_time", pattern(`^\d{2}:\d{2}$`)), allow("timezone", str(1, 0)),
	)
	e["datetimepicker"] = interactive(allow("initial_date_time", number(1_000_000_000, 9_999_999_999)))
}

func pattern(expression string) check {
	form := regexp.MustCompile(expression)
	return func(v *validation, at string, x any) {
		if words, ok := x.(string); !ok || !form.MatchString(words) {
			v.fail(at, "invalid_format", "invalid format")
		}
	}
}

func selectShapes(e map[string]shape) {
	one := func(f ...field) shape { return interactive(append(f, allow("placeholder", plain(maxPlaceholder)))...) }
	many := func(f ...field) shape {
		return one(append(f, allow("max_selected_items", number(1, 0)))...)
	}
	static := []field{allow("options", list(1, maxOptions, option(false))), allow("option_groups", groups())}
	ids, id := list(1, 0, str(1, maxID)), str(1, maxID)
	context := []field{
		allow("default_to_current_conversation", boolean), allow("response_url_enabled", boolean), allow("filter", anything),
	}

	e["static_select"] = one(append(static, allow("initial_option", option(false)))...)
	e["multi_static_select"] = many(append(static, allow("initial_options", list(1, maxOptions, option(false))))...)
	for _, name := range []string{"static_select", "multi_static_select"} {
		sh := e[name]
		sh.also = needsOneOf("options", "option_groups")
		e[name] = sh
	}
	e["external_select"] = one(allow("initial_option", option(false)), allow("min_query_length", number(0, 0)))
	e["multi_external_select"] = many(allow("initial_options", list(1, maxOptions, option(false))), allow("min_query_length", number(0, 0)))
	e["users_select"] = one(allow("initial_user", id))
	e["multi_users_select"] = many(allow("initial_users", ids))
	e["conversations_select"] = one(append(context, allow("initial_conversation", id))...)
	e["multi_conversations_select"] = many(append(context, allow("initial_conversations", ids))...)
	e["channels_select"] = one(allow("initial_channel", id), allow("response_url_enabled", boolean))
	e["multi_channels_select"] = many(allow("initial_channels", ids))
}

func inputShapes(e map[string]shape) {
	dispatch := allow("dispatch_action_config", of(fields(
		need("trigger_actions_on", list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))),
	)))
	line := func(f ...field) shape {
		return interactive(append(f, dispatch, allow("placeholder", plain(maxPlaceholder)))...)
	}
	e["plain_text_input"] = line(
		allow("initial_value", str(0, maxTextInput)), allow("multiline", boolean),
		allow("min_length", number(0, maxTextInput)), allow("max_length", number(1, maxTextInput)),
	)
	e["email_text_input"] = line(allow("initial_value", str(0, maxTextInput)))
	e["url_text_input"] = line(allow("initial_value", str(0, maxTextInput)))
	e["rich_text_input"] = line(allow("initial_value", anything), allow("min_lines", number(1, 0)), allow("max_lines", number(1, 0)))
	e["number_input"] = line(
		need("is_decimal_allowed", boolean), allow("initial_value", numeral), allow("min_value", numeral), allow("max_value", numeral),
	)
	e["file_input"] = interactive(allow("filetypes", list(1, 0, str(1, 0))), allow("max_files", number(1, maxFiles)))
}

// numeral is a number written as a string.
func numeral(v *validation, at string, x any) {
	words, _ := x.(string)
	if _, err := strconv.ParseFloat(words, 64); err != nil {
		v.fail(at, "invalid_format", "must be a number in a string")
	}
}
