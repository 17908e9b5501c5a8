/** A setting that is refused: the message names it, the rule, the value and where it came from. */
export class SettingError extends RangeError {
  readonly code = 'ERR_SPANDREL_SETTING';
}
