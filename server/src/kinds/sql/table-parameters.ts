// The parameters of the kinds that tell about tables, with the names that the toolbox gives them.
import type { Parameter } from '../../catalog/parameters.ts';

export const tableNames: Parameter = {
  name: 'table_names',
  type: 'string',
  description: 'Names of tables, separated by commas, with or without their schema. All tables when empty.',
  required: false,
  default: '',
};

export const outputFormat: Parameter = {
  name: 'output_format',
  type: 'string',
  description: '"simple" for names only, "detailed" for columns, constraints, indexes and triggers too.',
  required: false,
  default: 'detailed',
  constraints: { allowed_values: ['simple', 'detailed'] },
};
