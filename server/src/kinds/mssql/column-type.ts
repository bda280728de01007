// The name of a column's type as T-SQL writes it, from what the protocol says of the column.

export interface TypedColumn {
  readonly type: { readonly name: string };
  readonly dataLength?: number | undefined;
  readonly userType?: number | undefined;
  readonly udtInfo?: { readonly typeName: string } | undefined;
}

/** Types that the protocol tells apart by their length. */
const byLength: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  IntN: { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' },
  FloatN: { 4: 'real', 8: 'float' },
  MoneyN: { 4: 'smallmoney', 8: 'money' },
  DateTimeN: { 4: 'smalldatetime', 8: 'datetime' },
};
const renamed: Readonly<Record<string, string>> = {
  Variant: 'sql_variant',
  BitN: 'bit',
  NumericN: 'numeric',
  DecimalN: 'decimal',
};
/** MS-TDS 2.2.5.4: the user type of a rowversion. */
const rowversion = 80;

export function columnType({ type, dataLength, userType, udtInfo }: TypedColumn): string {
  if (udtInfo !== undefined) return udtInfo.typeName;
  if (userType === rowversion) return 'rowversion';
  return byLength[type.name]?.[dataLength ?? 0] ?? renamed[type.name] ?? type.name.toLowerCase();
}
