// Builds plotly.min.js and plotly.css beside this file; README.md says how to run it.
// Scatter is in Plotly's core. The page's content policy forbids eval, so a trace that has a
// strict variant must be given as that: 'src/traces/parcoords/strict', not 'lib/parcoords'.
const TRACES = ['lib/bar'];

const fs = require('fs');
const path = require('path');
const vm = require('vm');
const crypto = require('crypto');
const zlib = require('zlib');
const installed = require('module').createRequire(path.join(process.cwd(), 'package.json'));
const esbuild = installed('esbuild');
const { environmentPlugin } = installed('esbuild-plugin-environment');
const { glsl } = installed('esbuild-plugin-glsl');
const inlineCss = installed('esbuild-plugin-inline-css');

const version = installed('plotly.js/package.json').version;
const entry = `
  const Plotly = require('plotly.js/lib/core');
  Plotly.register([${TRACES.map((trace) => `require('plotly.js/${trace}')`).join(', ')}]);
  module.exports = Plotly;
`;

// Plotly writes its style rules from JavaScript, which the content policy forbids; here they become a
// file for a <link>. It inserts each rule before the last, hence the reverse.
function styles() {
  const rules = [];
  const source = fs.readFileSync(installed.resolve('plotly.js/build/plotcss.js'), 'utf8');
  vm.runInNewContext(source, {
    require: () => ({ addStyleRule: (selector, style) => rules.unshift(`${selector}{${style}}`) }),
  });
  return rules.join('\n') + '\n';
}

function report(file) {
  const bytes = fs.readFileSync(path.join(__dirname, file));
  const sha = crypto.createHash('sha256').update(bytes).digest('hex');
  console.log(`${file} ${sha} ${bytes.length} ${zlib.brotliCompressSync(bytes).length}`);
}

esbuild
  .build({
    stdin: { contents: entry, resolveDir: process.cwd() },
    outfile: path.join(__dirname, 'plotly.min.js'),
    format: 'iife',
    globalName: 'Plotly',
    bundle: true,
    minify: true,
    charset: 'utf8',
    target: 'es2016',
    plugins: [inlineCss(), glsl({ minify: true }), environmentPlugin({ NODE_DEBUG: false })],
    alias: { regl: '@plotly/regl', stream: 'stream-browserify' },
    define: { global: 'window', 'define.amd': 'false' },
    banner: { js: `/*! plotly.js ${version}, MIT, custom bundle: scatter ${TRACES.join(' ')} */` },
    footer: { js: 'window.Plotly=Plotly;' },
  })
  .then(() => {
    fs.writeFileSync(path.join(__dirname, 'plotly.css'), styles());
    fs.copyFileSync(installed.resolve('plotly.js/LICENSE'), path.join(__dirname, 'LICENSE'));
    ['plotly.min.js', 'plotly.css'].forEach(report);
  });
