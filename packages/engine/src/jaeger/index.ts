export { decodeJaegerJson } from './decode.ts';
export { JaegerDecodeError } from './errors.ts';
