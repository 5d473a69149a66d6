/** Loaded before a measured program: tells its parent how much processor time it has used, whenever asked. */
process.on('message', (question) => {
  if (question === 'cpu') process.send?.({ cpu: process.cpuUsage() });
});
process.channel?.unref();
