// Durations as Go writes them and MCP Toolbox takes them: `30s`, `1m30s`, `500ms`.

const unit_ms: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** In milliseconds; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let duration_ms = 0;
  for (const [, count, unit = ''] of text.matchAll(/([\d.]+)(ms|s|m|h)/g))
    duration_ms += Number(count) * (unit_ms[unit] ?? 0);
  return Math.round(duration_ms);
}
