import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(`${process.env.PEER}/`);
const { registerOTel } = await import(pathToFileURL(resolve('@vercel/otel')));
// Says which of its spans carry something of ours.
const traceExporter = {
  export(spans, done) {
    for (const { name, attributes } of spans) {
      const ours = Object.keys(attributes).filter((key) => key.startsWith('spandrel.'));
      process.stderr.write(
        `@vercel/otel exports ${name.split(' ')[0]} with ${ours.join(' ') || 'nothing'}\n`,
      );
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
  forceFlush: async () => undefined,
};
registerOTel({ serviceName: 'shop', traceExporter });
