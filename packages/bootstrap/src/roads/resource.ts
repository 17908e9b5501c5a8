import { diag } from '@opentelemetry/api';
import { getStringListFromEnv } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import type { Resource, ResourceDetector } from '@opentelemetry/resources';
import { resourceDetectors } from '../resource.ts';

const detectors: Readonly<Record<string, ResourceDetector>> = {
  host: hostDetector,
  os: osDetector,
  serviceinstance: serviceInstanceIdDetector,
  process: processDetector,
  env: envDetector,
};

/** The SDK's defaults, what the detectors find, and the service's name where one is given. */
export function resourceFromEnv(serviceName: string | undefined): Resource {
  const detected = defaultResource().merge(detectResources({ detectors: detectorsFromEnv() }));
  if (serviceName === undefined) return detected;
  return detected.merge(resourceFromAttributes({ 'service.name': serviceName }));
}

function detectorsFromEnv(): ResourceDetector[] {
  const given = getStringListFromEnv('OTEL_NODE_RESOURCE_DETECTORS');
  if (given === undefined) return resourceDetectors;
  if (given.includes('all')) return Object.values(detectors);
  if (given.includes('none')) return [];
  return given.flatMap((name) => {
    const detector = Object.hasOwn(detectors, name) ? detectors[name] : undefined;
    if (detector === undefined) diag.warn(`Invalid resource detector "${name}"`);
    return detector ?? [];
  });
}
