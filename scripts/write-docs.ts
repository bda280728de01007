// `npm run docs`: writes the pages of docs/ that are made from the code.
import { writeFileSync } from 'node:fs';
import { generatedDocuments } from './documents.ts';

for (const { path, text } of generatedDocuments()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  console.log(path);
}
