/** Preloaded into a hub: SIGUSR2 and SIGHUP become errors that nobody catches. */
process.on("SIGUSR2", () => {
  throw new Error("thrown by a timer");
});
process.on("SIGHUP", () => {
  void Promise.reject(new Error("refused by a promise"));
});
