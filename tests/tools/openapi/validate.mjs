// Validates OpenAPI documents.    validate.mjs FILE…
import { compileErrors, validate } from '@readme/openapi-parser';

for (const file of process.argv.slice(2)) {
  const result = await validate(file);
  const flaws = result.valid ? result.warnings : [...result.errors, ...result.warnings];
  if (!result.valid) console.error(compileErrors(result));
  for (const flaw of flaws) console.error(`${file}: ${flaw.message}`);
  console.log(`${file}: ${flaws.length === 0 ? 'OK' : 'INVALID'}`);
  process.exitCode ||= Number(flaws.length > 0);
}
