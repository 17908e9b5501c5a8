// Has work to do when there is nothing left to do.
process.once('beforeExit', () => {
  console.log('beforeExit');
  setTimeout(() => {
    console.log('worked');
    process.exitCode = 9;
  }, 20);
});
