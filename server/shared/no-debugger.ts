/**
 * Imported for its effect by every process of ours: a signal opens no debugger in it. By itself Node answers SIGUSR1, which any process of the same user may
 * send, with a port on which anybody on the machine can have it run code.
 */
process.on("SIGUSR1", () => undefined);

export {};
