// The kinds `spanner` and `spanner-sql` keep the contract of SQL kinds in the PostgreSQL dialect.
import { spannerContract } from './spanner-contract.ts';

spannerContract('postgresql');
