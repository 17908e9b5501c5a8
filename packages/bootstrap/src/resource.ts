import {
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import type { ResourceDetector } from '@opentelemetry/resources';

/**
 * The SDK's own default detectors, less the command line: people pass passwords in it.
 * `OTEL_NODE_RESOURCE_DETECTORS` brings it back, with whatever else it names.
 */
export const resourceDetectors: ResourceDetector[] = [
  serviceInstanceIdDetector,
  withoutCommandLine(processDetector),
  hostDetector,
  osDetector,
  envDetector,
];

function withoutCommandLine(detector: ResourceDetector): ResourceDetector {
  return {
    detect(config) {
      const detected = detector.detect(config);
      const attributes = Object.entries(detected.attributes ?? {}).filter(
        ([name]) => !name.startsWith('process.command'),
      );
      return { ...detected, attributes: Object.fromEntries(attributes) };
    },
  };
}
