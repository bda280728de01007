// The kinds `spanner` and `spanner-sql` keep the contract of SQL kinds in GoogleSQL.
import { spannerContract } from './spanner-contract.ts';

spannerContract('googlesql');
