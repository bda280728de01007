// An independent judge of JSON Schema 2020-12.
import { Ajv2020 } from 'ajv/dist/2020.js';

export const ajv2020 = new Ajv2020({ strict: false });
