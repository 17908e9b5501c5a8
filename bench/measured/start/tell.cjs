/** Says what this process has cost since it began: CPU time of all threads, resident memory. */
module.exports = function tell() {
  const { user, system } = process.cpuUsage();
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  const cpuMs = (user + system) / 1000;
  console.log(JSON.stringify({ node: process.version, cpuMs, rssMb }));
};
