// Emoji by the names Slack gives them. Only what people meet often; an unknown
// name stays as it was typed, as in Slack.

const table = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|100 💯|1234 🔢|8ball 🎱|alarm_clock ⏰|ambulance 🚑|anchor ⚓|angry 😠|ant 🐜
apple 🍎|arrow_backward ◀️|arrow_down ⬇️|arrow_forward ▶️|arrow_heading_down ⤵️|arrow_heading_up ⤴️|arrow_left ⬅️
arrow_lower_left ↙️|arrow_lower_right ↘️|arrow_right ➡️|arrow_right_hook ↪️|arrow_up ⬆️|arrow_up_down ↕️|arrow_upper_left ↖️
arrow_upper_right ↗️|arrows_clockwise 🔃|arrows_counterclockwise 🔄|back 🔙|balloon 🎈|bank 🏦|bar_chart 📊|battery 🔋|bee 🐝
beer 🍺|bell 🔔|bird 🐦|birthday 🎂|black_circle ⚫|black_large_square ⬛|black_heart 🖤|black_square_button 🔲|blue_heart 💙
blue_book 📘|blush 😊|bomb 💣|book 📖|bookmark 🔖|books 📚|boom 💥|bow 🙇|briefcase 💼|broken_heart 💔|bug 🐛|building_construction 🏗️
bulb 💡|bust_in_silhouette 👤|busts_in_silhouette 👥|cake 🍰|calendar 📆|spiral_calendar_pad 🗓️|date 📅|camera 📷|candle 🕯️|car 🚗
card_index 📇|card_index_dividers 🗂️|card_file_box 🗃️|cat 🐱|chart 💹|chart_with_downwards_trend 📉|chart_with_upwards_trend 📈|checkered_flag 🏁
cherry_blossom 🌸|clap 👏|classical_building 🏛️|clipboard 📋|clock1 🕐|clock2 🕑|clock3 🕒|clock4 🕓|clock5 🕔|clock6 🕕|clock7 🕖
clock8 🕗|clock9 🕘|clock10 🕙|clock11 🕚|clock12 🕛|closed_lock_with_key 🔐|cloud ☁️|coffee ☕|collision 💥|computer 💻|confetti_ball 🎊
confused 😕|construction 🚧|construction_worker 👷|cookie 🍪|cop 👮|cow 🐮|credit_card 💳|crescent_moon 🌙|crossed_fingers 🤞|crown 👑
cry 😢|crystal_ball 🔮|cyclone 🌀|dart 🎯|dash 💨|deciduous_tree 🌳|department_store 🏬|desktop_computer 🖥️|dizzy 💫|dog 🐶|dollar 💵
door 🚪|droplet 💧|e-mail 📧|email 📧|ear 👂|earth_africa 🌍|earth_americas 🌎|earth_asia 🌏|egg 🥚|electric_plug 🔌|envelope ✉️
envelope_with_arrow 📩|euro 💶|exclamation ❗|heavy_exclamation_mark ❗|expressionless 😐|eye 👁️|eyes 👀|face_with_rolling_eyes 🙄
facepalm 🤦|factory 🏭|fast_forward ⏩|file_cabinet 🗄️|file_folder 📁|fire 🔥|fire_engine 🚒|first_place_medal 🥇|fish 🐟
tropical_fish 🐠|flags 🎏|floppy_disk 💾|flushed 😳|four_leaf_clover 🍀|frowning 😦|fuelpump ⛽|gear ⚙️|gem 💎|ghost 👻|gift 🎁
globe_with_meridians 🌐|goat 🐐|grapes 🍇|green_apple 🍏|green_book 📗|green_heart 💚|grey_exclamation ❕|grey_question ❔|grimacing 😬
grin 😁|grinning 😀|guitar 🎸|hammer 🔨|hammer_and_wrench 🛠️|hand ✋|raised_hand ✋|handshake 🤝|hash #️⃣|hatching_chick 🐣
headphones 🎧|hear_no_evil 🙉|heart ❤️|heart_eyes 😍|heavy_check_mark ✔️|heavy_minus_sign ➖|heavy_plus_sign ➕|herb 🌿|hospital 🏥
hotel 🏨|hourglass ⌛|hourglass_flowing_sand ⏳|house 🏠|hugging_face 🤗|hushed 😯|ice_cream 🍨|id 🆔|inbox_tray 📥|information_source ℹ️
innocent 😇|iphone 📱|jack_o_lantern 🎃|joy 😂|key 🔑|old_key 🗝️|keyboard ⌨️|keycap_ten 🔟|kiwifruit 🥝|label 🏷️|large_blue_circle 🔵
large_brown_circle 🟤|large_green_circle 🟢|large_orange_circle 🟠|large_purple_circle 🟣|large_red_circle 🔴|red_circle 🔴
large_yellow_circle 🟡|large_blue_square 🟦|large_brown_square 🟫|large_green_square 🟩|large_orange_square 🟧|large_purple_square 🟪
large_red_square 🟥|large_yellow_square 🟨|large_blue_diamond 🔷|large_orange_diamond 🔶|laughing 😆|leaves 🍃|ledger 📒|lemon 🍋
link 🔗|lock 🔒|lock_with_ink_pen 🔏|loop ➿|loud_sound 🔊|loudspeaker 📢|mag 🔍|mag_right 🔎|mailbox 📫|mailbox_with_mail 📬
male-office-worker 👨‍💼|female-office-worker 👩‍💼|mega 📣|memo 📝|pencil 📝|pencil2 ✏️|microphone 🎤|minus ➖|money_with_wings 💸
moneybag 💰|moon 🌔|mortar_board 🎓|mountain ⛰️|movie_camera 🎥|muscle 💪|mute 🔇|nerd_face 🤓|neutral_face 😐|new 🆕|newspaper 📰
no_bell 🔕|no_entry ⛔|no_entry_sign 🚫|no_good 🙅|notebook 📓|notes 🎶|nut_and_bolt 🔩|o ⭕|octagonal_sign 🛑|office 🏢|ok 🆗|ok_hand 👌
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|open_file_folder 📂|open_hands 👐|open_mouth 😮
orange_book 📙|orange_heart 🧡|outbox_tray 📤|package 📦|page_facing_up 📄|part_alternation_mark 〽️|page_with_curl 📃|palm_tree 🌴|paperclip 📎|paperclips 🖇️
partly_sunny ⛅|party_popper 🎉|tada 🎉|partying_face 🥳|passport_control 🛂|pause_button ⏸️|double_vertical_bar ⏸️|penguin 🐧|pensive 😔
performing_arts 🎭|phone ☎️|telephone ☎️|telephone_receiver 📞|pill 💊|pineapple 🍍|pizza 🍕|point_down 👇|point_left 👈|point_right 👉
point_up ☝️|point_up_2 👆|police_car 🚓|popcorn 🍿|postbox 📮|pound 💷|pray 🙏|printer 🖨️|purple_heart 💜|pushpin 📌|question ❓
rabbit 🐰|rainbow 🌈|raised_hands 🙌|receipt 🧾|recycle ♻️|relaxed ☺️|relieved 😌|repeat 🔁|repeat_one 🔂|restroom 🚻|rewind ⏪|robot_face 🤖
rocket 🚀|rose 🌹|rotating_light 🚨|round_pushpin 📍|runner 🏃|running 🏃|sandwich 🥪|satellite 📡|satellite_antenna 📡|satisfied 😆|scales ⚖️
school 🏫|scissors ✂️|scream 😱|scroll 📜|second_place_medal 🥈|see_no_evil 🙈|seedling 🌱|shield 🛡️|ship 🚢|shopping_cart 🛒
shrug 🤷|skull 💀|sleeping 😴|slightly_frowning_face 🙁|slightly_smiling_face 🙂|small_blue_diamond 🔹|small_orange_diamond 🔸
small_red_triangle 🔺|small_red_triangle_down 🔻|smile 😄|smiley 😃|smirk 😏|snail 🐌|snowflake ❄️|snowman ⛄|sob 😭|sos 🆘|sparkles ✨
sparkling_heart 💖|speak_no_evil 🙊|speaker 🔈|speech_balloon 💬|speech_left 🗨️|star ⭐|star2 🌟|stop_button ⏹️|black_square_for_stop ⏹️
stop_sign 🛑|stopwatch ⏱️|straight_ruler 📏|sunflower 🌻|sunglasses 😎|sunny ☀️|sunrise 🌅|sweat 😓|sweat_smile 😅|sync 🔄|syringe 💉
taco 🌮|tea 🍵|tent ⛺|test_tube 🧪|thermometer 🌡️|thinking_face 🤔|third_place_medal 🥉|thread 🧵|thought_balloon 💭|ticket 🎫
timer_clock ⏲️|tired_face 😫|toolbox 🧰|tophat 🎩|trackball 🖲️|traffic_light 🚥|vertical_traffic_light 🚦|trash 🗑️|wastebasket 🗑️
triangular_flag_on_post 🚩|trophy 🏆|truck 🚚|turtle 🐢|umbrella ☔|unamused 😒|unlock 🔓|up 🆙|upside_down_face 🙃|v ✌️|vibration_mode 📳
waning_crescent_moon 🌘|warning ⚠️|watch ⌚|watermelon 🍉|wave 👋|waving_black_flag 🏴|waving_white_flag 🏳️|weary 😩|whale 🐳
wheelchair ♿|white_check_mark ✅|ballot_box_with_check ☑️|white_circle ⚪|white_flower 💮|white_large_square ⬜|white_heart 🤍
white_medium_square ◻️|wind_chime 🎐|wink 😉|wolf 🐺|woman-shrugging 🤷‍♀️|man-shrugging 🤷‍♂️|woozy_face 🥴|world_map 🗺️|worried 😟|wrench 🔧
writing_hand ✍️|x ❌|negative_squared_cross_mark ❎|yellow_heart 💛|yum 😋|zany_face 🤪|zap ⚡|zipper_mouth_face 🤐|zzz 💤
`;

const byName = new Map(
  table
    .trim()
    .split(/[|\n]/)
    .map((pair) => pair.split(" ")),
);

const tones = ["", "", "🏻", "🏼", "🏽", "🏾", "🏿"];

/**
 * The character for an emoji's name, or undefined.
 * @param {string} name without its colons
 * @param {number} [tone] skin tone 2 to 6, as Slack numbers them
 */
export function emojiByName(name, tone = 0) {
  const found = byName.get(name);
  return found && found + (tones[tone] ?? "");
}

/** The character for the code points Slack sends in rich text: "1f44d-1f3fb". */
export function emojiByCode(code) {
  const points = String(code)
    .split("-")
    .map((hex) => Number.parseInt(hex, 16));
  if (points.some((p) => !Number.isInteger(p) || p <= 0 || p > 0x10ffff)) return undefined;
  return String.fromCodePoint(...points);
}
