// Fields that the toolbox has for a source and that mean nothing here: refused with what to write instead, and taken where
// they say what is so anyway.
import { z } from 'zod';

/** `anyway`: the value that is taken. The field is not among the names that a hint offers. */
export function refusedField(instead: string, anyway?: boolean): z.ZodType {
  const is_so = (value: unknown): boolean => anyway !== undefined && String(value) === String(anyway);
  return z.unknown().refine(is_so, instead).optional().meta({ deprecated: true });
}

/** What `sqlCommenter` is for. */
export const audited = 'every call is in the audit: remove it';
