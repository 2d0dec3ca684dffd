// Bundles connect.jsx for a browser. Prints the script as a JSON text.
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: ['connect.jsx'],
  bundle: true,
  write: false,
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
})
console.log(JSON.stringify(outputFiles[0].text))
