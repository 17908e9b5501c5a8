import * as api from '@opentelemetry/api';
import end from './ways.cjs';

end(api);
