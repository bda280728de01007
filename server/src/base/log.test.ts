import { describe, expect, it } from 'vitest';
import { createLog, redact } from './log.ts';

const key = 'tc_1abcdefghijk2345_0123456789abcdefghijklmnopqrstuvwxyz';

describe('redact', () => {
  it('removes secrets by field name and by shape, at any depth', () => {
    const told = JSON.stringify(
      redact({
        password: 'p1',
        headers: { Authorization: 'Basic p2', 'x-api-key': 'p3' },
        url: 'postgres://user:p4@db.example/x',
        text: `the key ${key} was sent as Bearer p5`,
        session: `a cookie ${key.replace('tc_', 'ts_')}`,
        vault: `line 1: tk_${'0123456789abc-_X'.repeat(3)}`,
        error: new Error(`could not use ${key}`, { cause: new Error('postgres://u:p6@h/db') }),
      }),
    );
    expect(told).not.toMatch(/p[1-6]\b|0123456789abc/);
    expect(told).toContain('db.example');
  });

  it('bounds depth', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop))).toContain('[too deep]');
  });
});

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
