/** A failure someone can act on. The message is one line; a failed build adds Go's own lines. */
export class BackendsError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = 'BackendsError';
    /** Stable: GO_MISSING, GO_TOO_OLD, BAD_SETTING, CACHE_UNWRITABLE or BUILD_FAILED. */
    this.code = code;
  }
}
