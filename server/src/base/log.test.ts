import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

describe('createLog', () => {
  it('writes one line per event: newlines and escapes in values cannot make another (A39)', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
    log.info('tool-called', { tool: 'x\n{"level":"error"}\u001b[2J' });
    log.debug('not-shown');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(lines[0]).not.toContain('\u001b');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', event: 'tool-called' });
  });
});
