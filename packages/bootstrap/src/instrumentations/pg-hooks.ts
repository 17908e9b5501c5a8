import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { PgInstrumentationConfig } from '@opentelemetry/instrumentation-pg';
import { names } from '@spandrel/engine';
import { noteParameters } from '@spandrel/processor';

/**
 * Has `pg`'s instrumentation, if it is among these, tell what its spans do not carry: the values of
 * parameters (to the processor only) and the number of returned rows. Hooks it has already are
 * called after ours. Others are left alone.
 */
export function hookPg(instrumentations: readonly Instrumentation[]): void {
  for (const instrumentation of instrumentations) {
    if (instrumentation.instrumentationName !== '@opentelemetry/instrumentation-pg') continue;
    const config: PgInstrumentationConfig = instrumentation.getConfig();
    const { requestHook, responseHook } = config;
    const hooks: PgInstrumentationConfig = {
      requestHook: (span, info) => {
        if (span.isRecording()) noteParameters(span, info.query.values);
        requestHook?.(span, info);
      },
      responseHook: (span, info) => {
        const rowCount = returnedRows(info.data);
        if (rowCount !== null) span.setAttribute(names.ATTR_RETURNED_ROWS, rowCount);
        responseHook?.(span, info);
      },
    };
    instrumentation.setConfig({ ...config, ...hooks });
  }
}

/** What of pg's result we use; several statements in one text give an array of them. */
interface Result {
  readonly command?: unknown;
  readonly rows?: unknown;
}

/** Null for statements that return none by their nature, and for answers that cannot be read. */
export function returnedRows(data: unknown): number | null {
  try {
    return countedRows(data);
  } catch {
    return null;
  }
}

/** More statements in one text nobody writes. */
const mostResults = 1000;

function countedRows(data: unknown): number | null {
  if (!Array.isArray(data)) return rowsOf(data as Result | undefined);
  if (data.length > mostResults) return null;
  return data.reduce<number | null>((sum, result: Result) => {
    const rowCount = rowsOf(result);
    return rowCount === null ? sum : (sum ?? 0) + rowCount;
  }, null);
}

function rowsOf(result: Result | null | undefined): number | null {
  const rows = result?.rows;
  if (!Array.isArray(rows)) return null;
  return rows.length > 0 || result?.command === 'SELECT' ? rows.length : null;
}
