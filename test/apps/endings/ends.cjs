require('./ways.cjs')(require('@opentelemetry/api'));
