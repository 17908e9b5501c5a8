import { expect, test } from '@jest/globals';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { ExporterList } from '../../src/exporter/exporter-list.ts';

type Done = Parameters<SpanExporter['export']>[1];

function anExporter(answer: (done: Done) => void) {
  const batches: unknown[] = [];
  const exporter: SpanExporter = {
    export(spans, done) {
      batches.push(spans);
      answer(done);
    },
    shutdown: () => Promise.resolve(),
  };
  return { exporter, batches };
}

const good = () => anExporter((done) => done({ code: 0 }));
const failing = () => anExporter((done) => done({ code: 1, error: new Error('refused') }));
const throwing = () =>
  anExporter(() => {
    throw new Error('broken');
  });

/** What is answered, once for all time. */
function exported(...exporters: { exporter: SpanExporter }[]): unknown[] {
  const answers: unknown[] = [];
  const list = new ExporterList(...exporters.map(({ exporter }) => exporter));
  list.export([], (result) => answers.push(result));
  return answers;
}

test('every exporter gets every batch, and the answer comes once', () => {
  const [first, second] = [good(), good()];
  expect(exported(first, second)).toEqual([{ code: 0 }]);
  expect([first.batches.length, second.batches.length]).toEqual([1, 1]);
});

test('one that fails or throws makes the batch a failed one, and the others get it', () => {
  for (const bad of [failing, throwing]) {
    const last = good();
    expect(exported(bad(), last)).toMatchObject([{ code: 1 }]);
    expect(last.batches).toHaveLength(1);
  }
});

test('one that answers twice does not stand for another', () => {
  let late: Done | undefined;
  const twice = anExporter((done) => {
    done({ code: 0 });
    done({ code: 0 });
  });
  const slow = anExporter((done) => (late = done));
  const answers = exported(twice, slow);
  expect(answers).toEqual([]);
  late!({ code: 0 });
  expect(answers).toEqual([{ code: 0 }]);
});

test('an empty list takes everything', () => {
  expect(exported()).toEqual([{ code: 0 }]);
});
