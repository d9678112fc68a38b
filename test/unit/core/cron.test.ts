import { isCadenzaError } from '../../../src/contracts/failures';
import { readCron } from '../../../src/core/cron';

describe('a crontab line', () => {
  test.each([
    ['0 6 * * *', ['0 6 * * *']],
    ['  */15   8-10 * * MON-FRI ', ['*/15 8,9,10 * * 1,2,3,4,5']],
    ['5,35 0 * feb,12 *', ['5,35 0 * 2,12 *']],
    ['0 0-23/6 * * *', ['0 0,6,12,18 * * *']],
    ['@daily', ['@daily']],
    ['@Hourly', ['@hourly']],
  ])('%p is one expression', (line, expressions) => {
    expect(readCron(line)).toEqual(expressions);
  });

  test('has Sunday as 0, 7 and the end of a week', () => {
    expect(readCron('0 0 * * 7')).toEqual(['0 0 * * 0']);
    expect(readCron('0 0 * * 5-7')).toEqual(['0 0 * * 0,5,6']);
  });

  test('that limits both days runs on either, and one that starts a day with * on both together', () => {
    expect(readCron('0 9 1 * MON')).toEqual(['0 9 1 * *', '0 9 * * 1']);
    expect(readCron('0 9 */2 * MON')).toEqual(['0 9 */2 * 1']);
  });

  test.each([
    ['', 'has 0 fields; it takes five'],
    ['* * * *', 'has 4 fields; it takes five (minute, hour, day of month, month, day of week) or @hourly'],
    ['0 0 0 * * *', 'has 6 fields'],
    ['@dayly', '"@dayly" is not one of @hourly, @daily'],
    ['61 * * * *', 'minute "61": expected 0 to 59'],
    ['* 24 * * *', 'hour "24": expected 0 to 23'],
    ['* * 0 * *', 'day of month "0": expected 1 to 31'],
    ['* * * 13 *', 'month "13": expected 1 to 12 or JAN to DEC'],
    ['* * * * 8', 'day of week "8": expected 0 to 7 or SUN to SAT'],
    ['* * * * FUNDAY', 'day of week "FUNDAY"'],
    ['10-5 * * * *', 'the range ends before it starts'],
    ['*/0 * * * *', 'minute "*/0"'],
    ['5/15 * * * *', 'a step follows * or a range'],
    ['1,,2 * * * *', 'minute ""'],
    ['x'.repeat(500), 'has 1 fields'],
  ])('%p is refused, naming the field and what is allowed', (line, message) => {
    let error: unknown;
    try {
      readCron(line);
    } catch (thrown) {
      error = thrown;
    }
    if (!isCadenzaError(error)) throw new Error(`not refused: ${String(error)}`);
    expect(error).toMatchObject({ type: 'InvalidInput', field: 'cron' });
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(300);
  });
});
