/** A file of its own, so that it is loaded with the first span. */
export { SpandrelProcessor } from '@spandrel/processor';
