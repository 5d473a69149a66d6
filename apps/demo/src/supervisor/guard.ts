/**
 * Loaded before the program of a child process. If the channel to the supervisor closes, however the supervisor ended,
 * the child stops as on SIGTERM, so that no child is left that holds a port or a file.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep a program running that has finished.
process.channel?.unref();
