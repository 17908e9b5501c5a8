import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';

export const single = (): B3Propagator => new B3Propagator();

export const multi = (): B3Propagator =>
  new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });
