/**
 * The module of Node.js or the package that a specifier, path or URL belongs to: `http` for
 * `node:http`, `mysql2` for `mysql2/promise`, `@nestjs/core` for a file inside of it. Empty for
 * files of the application. Asked at every `require` and `import`, so the common case goes first.
 */
export function moduleNameOf(specifier: string): string {
  const first = specifier.charCodeAt(0);
  if (first === 46 /* . */) return '';
  if (first === 47 /* / */ || specifier.startsWith('file:') || /^[A-Za-z]:[\\/]/.test(specifier)) {
    return packageOfPath(specifier);
  }
  return packageOf(specifier.startsWith('node:') ? specifier.slice(5) : specifier);
}

/** The innermost package on a path. */
function packageOfPath(path: string): string {
  const forward = path.includes('\\') ? path.replaceAll('\\', '/') : path;
  const start = forward.lastIndexOf('/node_modules/');
  return start === -1 ? '' : packageOf(forward.slice(start + '/node_modules/'.length));
}

/** `a/b` is of package `a`, `@s/a/b` of `@s/a`. */
function packageOf(name: string): string {
  let end = name.indexOf('/');
  if (end !== -1 && name.charCodeAt(0) === 64 /* @ */) end = name.indexOf('/', end + 1);
  return end === -1 ? name : name.slice(0, end);
}
