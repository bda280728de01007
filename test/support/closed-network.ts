// The HTTP client of tests that open sources without any URL: it reaches nothing private.
import { createHttpClient } from '../../server/src/base/http-client.ts';
import type { HttpClient } from '../../server/src/base/http-client.ts';

export const closedNetwork: HttpClient = createHttpClient({ allowed_private: [] });
