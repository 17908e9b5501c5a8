// Processes and threads that make a span each, as TREE says.
const { execFileSync } = require('node:child_process');
const cluster = require('node:cluster');
const { isMainThread, Worker } = require('node:worker_threads');
const { trace } = require('@opentelemetry/api');

const spanOf = (name) => trace.getTracer('trees').startSpan(name).end();

const trees = {
  child() {
    if (process.env.IS_CHILD === 'yes') {
      spanOf('child');
      process.exit(0);
    }
    execFileSync(process.execPath, [__filename], { env: { ...process.env, IS_CHILD: 'yes' } });
    spanOf('parent');
  },
  cluster() {
    if (!cluster.isPrimary) {
      spanOf(`worker ${cluster.worker.id}`);
      return process.send('made');
    }
    spanOf('primary');
    for (const way of ['disconnect', 'kill', 'exit']) {
      const worker = cluster.fork();
      worker.on('message', () => {
        if (way === 'exit') worker.process.kill('SIGINT');
        else worker[way]();
      });
    }
  },
  thread() {
    if (isMainThread) {
      spanOf('main');
      return new Worker(__filename).on('exit', (code) => console.log(`thread ${code}`));
    }
    if (process.env.START === 'yes') require('../../../packages/bootstrap').start();
    spanOf('thread');
    process.exit(7);
  },
};

trees[process.env.TREE]();
