import { InstrumentationNodeModuleFile } from '@opentelemetry/instrumentation';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';
import { patchMysqlPool } from './mysql2-pool.ts';

/** Without masking, the values of parameters stand in the statement's text. */
export const create = (): Instrumentation => new WithPool({ maskStatement: true });

class WithPool extends MySQL2Instrumentation {
  protected override init() {
    const definitions = super.init();
    const versions = definitions.flatMap(({ supportedVersions }) => supportedVersions);
    const file = 'mysql2/lib/pool.js';
    definitions[0]?.files.push(
      new InstrumentationNodeModuleFile(file, versions, patchMysqlPool, (pool) => pool),
    );
    return definitions;
  }
}
