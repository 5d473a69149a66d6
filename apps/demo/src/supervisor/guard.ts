/**
 * Loaded before a child's own program. When the supervisor is gone (the channel to it closes, however it
 * ended), the child stops as on SIGTERM: nothing is left behind that holds a port or a file.
 */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep a program running that is done.
process.channel?.unref();
