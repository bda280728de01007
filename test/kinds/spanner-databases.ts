// One emulator with a database of each dialect: the contract's table, and tables with everything that a catalogue tells.
import type { SqlSource } from '../../server/src/catalog/source.ts';
import type { SpannerDialect } from '../../server/src/kinds/spanner/spanner-types.ts';
import { startSpannerEmulator } from '../support/spanner.ts';
import type { SpannerEmulator } from '../support/spanner.ts';
import { createSpannerDatabase } from './spanner-subject.ts';
import type { SpannerDatabase } from './spanner-subject.ts';

export const dialects = ['googlesql', 'postgresql'] as const;

const more: Readonly<Record<SpannerDialect, readonly string[]>> = {
  googlesql: [
    'CREATE TABLE child (id INT64 NOT NULL, thing INT64 NOT NULL, n INT64, CONSTRAINT n_is_positive CHECK (n > 0), CONSTRAINT of_thing FOREIGN KEY (thing) REFERENCES thing (id)) PRIMARY KEY (id)',
    'CREATE INDEX child_n ON child (n DESC) STORING (thing)',
    'ALTER TABLE number ADD CONSTRAINT positive CHECK (n > 0)',
  ],
  postgresql: [
    'CREATE TABLE child (id bigint PRIMARY KEY, thing bigint NOT NULL CONSTRAINT of_thing REFERENCES thing (id), n bigint CONSTRAINT n_is_positive CHECK (n > 0))',
    'CREATE INDEX child_n ON child (n DESC) INCLUDE (thing)',
    'ALTER TABLE number ADD CONSTRAINT positive CHECK (n > 0)',
  ],
};

export interface SpannerDatabases {
  readonly emulator: SpannerEmulator;
  readonly databases: Readonly<Record<SpannerDialect, SpannerDatabase>>;
  readonly sources: Readonly<Record<SpannerDialect, SqlSource>>;
  readonly stop: () => Promise<void>;
}

export async function startSpannerDatabases(path: string): Promise<SpannerDatabases> {
  const emulator = await startSpannerEmulator(path);
  const databases = {} as Record<SpannerDialect, SpannerDatabase>;
  const sources = {} as Record<SpannerDialect, SqlSource>;
  for (const dialect of dialects) {
    const created = await createSpannerDatabase(emulator, dialect);
    const { project, instance, database } = created.ids;
    const ddl = `projects/${project}/instances/${instance}/databases/${database}/ddl`;
    await emulator.send('PATCH', ddl, { statements: more[dialect] });
    databases[dialect] = created;
    sources[dialect] = created.open();
  }
  return {
    emulator,
    databases,
    sources,
    stop: async () => {
      for (const dialect of dialects) {
        await sources[dialect].close();
        await databases[dialect].remove();
      }
      await emulator.stop();
    },
  };
}
