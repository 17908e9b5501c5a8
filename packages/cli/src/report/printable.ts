/** Texts come from foreign telemetry: no control character of theirs may steer a terminal. */
export function printable<Value>(given: Value): Value {
  const clean = (name: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const lines = name === 'statement' ? value.split('\n') : [value];
    return lines.map((line) => line.replace(/\p{Cc}/gu, '?')).join('\n');
  };
  return JSON.parse(JSON.stringify(given), clean) as Value;
}
