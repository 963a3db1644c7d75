// Bundles the page and serves it on an origin of its own.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const { SERVICE = 'http://127.0.0.1:8080', CLIENT = 'default', PORT = '3000' } = process.env;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const built = await esbuild.build({
  entryPoints: [here('page.js')], bundle: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error',
  define: { SERVICE: JSON.stringify(SERVICE), CLIENT: JSON.stringify(CLIENT) },
});
const files = {
  '/': ['text/html; charset=utf-8', await readFile(here('index.html'))],
  '/style.css': ['text/css; charset=utf-8', await readFile(here('style.css'))],
  '/page.js': ['text/javascript; charset=utf-8', built.outputFiles[0].contents],
};

const server = createServer((request, response) => {
  const [type, content] = files[new URL(request.url, 'http://page').pathname] ?? [];
  if (content) response.writeHead(200, { 'content-type': type }).end(content);
  else response.writeHead(404).end();
});
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`open http://127.0.0.1:${server.address().port}`);
});
