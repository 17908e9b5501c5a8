export type { Context, Output } from './context.ts';
export { main } from './main.ts';
export { reportPage } from './report/page.ts';
export type { Paint } from './report/paint.ts';
