/** Serves one request of its own with these two modules, and ends. */
declare function serveOnce(http: unknown, express: unknown): void;
export = serveOnce;
