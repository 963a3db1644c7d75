// Every page in Chromium, against a server in profile `local`. Screenshots go to a folder.
//     run.mjs CHROMIUM PUBLIC ADMIN GATED FOLDER PORT_OF_THE_THIRD_PARTY KEY KEY_THAT_READS LIMITED ADMIN_OF_LIMITED
//         KEY_OF_LIMITED [NAMES…]
// GATED is the public address of a second server, which asks everybody to pass the bot gate, LIMITED that of a third one,
// where limits are on.
import { join } from 'node:path';
import { openBrowser } from './browser.mjs';
import { consoleFlows } from './console.mjs';
import { docsFlows } from './docs.mjs';
import { firstFlows } from './first.mjs';
import { thirdParty } from './third_party.mjs';
import { webFlows } from './web.mjs';

const [chromium, base, admin, gated, folder, port, key, readingKey, limitedBase, limitedAdmin, limitedKey, ...only] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

const party = await thirdParty(Number(port));
const browser = await openBrowser(chromium, join(folder, 'profile'), join(folder, 'shots'));
const limited = { base: limitedBase, admin: limitedAdmin, key: limitedKey };
const given = { browser, base, admin, gated, issuer: party.issuer, limited, key, readingKey };
const flows = { ...firstFlows(given), ...docsFlows(given), ...webFlows(given), ...consoleFlows(given) };

let failed = 0;
let passed = 0;
for (const [name, run] of Object.entries(flows)) {
  if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
  const begun = Date.now();
  try {
    await run();
    passed += 1;
    say(`ok ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed += 1;
    say(`FAILED ${name}: ${error.stack}`);
  }
}
await browser.close();
party.server.close();
say(`pages: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
