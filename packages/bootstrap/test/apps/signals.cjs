// Applications that end by a signal in their own ways, told by WAY; ends itself if nobody does.
const ways = {
  // As libraries that clean up do: they end the process only when nobody else listens.
  sole() {
    const listener = () => {
      if (process.listeners('SIGTERM').length !== 1) return;
      process.removeListener('SIGTERM', listener);
      console.log('cleaned up');
      process.kill(process.pid, 'SIGTERM');
    };
    process.on('SIGTERM', listener);
  },
  // A graceful end that takes longer than our flush, in a listener that is gone once it is called.
  once() {
    process.prependOnceListener('SIGTERM', () => {
      setTimeout(() => {
        console.log('graceful end');
        process.exit(0);
      }, 600);
    });
  },
};

ways[process.env.WAY]();
setTimeout(() => process.exit(99), 20_000);
process.send({ ready: true });
