// The parts of Spanner's REST API v1 that are used (cloud.google.com/spanner/docs/reference/rest), as types.
import type { JsonValue } from '../../base/json.ts';

export type SpannerDialect = 'googlesql' | 'postgresql';

/** https://cloud.google.com/spanner/docs/reference/rest/v1/Type */
export interface SpannerType {
  readonly code: string;
  readonly typeAnnotation?: string;
  readonly arrayElementType?: SpannerType;
  readonly structType?: { readonly fields?: readonly SpannerField[] };
}

export interface SpannerField {
  /** Absent when the column has no name. */
  readonly name?: string;
  readonly type: SpannerType;
}

/** https://cloud.google.com/spanner/docs/reference/rest/v1/PartialResultSet */
export interface PartialResult {
  /** In the first one only. */
  readonly metadata?: { readonly rowType?: { readonly fields?: readonly SpannerField[] } };
  readonly values?: readonly JsonValue[];
  /** The last value goes on in the next one. */
  readonly chunkedValue?: boolean;
  /** In the last one; int64 as text. */
  readonly stats?: { readonly rowCountExact?: string };
}

/** The fields of ExecuteSqlRequest that depend on the statement and its arguments. */
export interface StatementRequest {
  readonly sql: string;
  readonly params: Readonly<Record<string, JsonValue>>;
  readonly paramTypes: Readonly<Record<string, SpannerType>>;
}
