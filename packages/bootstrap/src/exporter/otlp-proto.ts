export { protobufExporter as spanExporter } from './protobuf-exporter.ts';
