/**
 * A request header (lower case, as programs read it): a page that nobody touches asks by itself. Such a call is
 * answered like any other, and keeps no session alive.
 */
export const BACKGROUND_HEADER = 'countersign-background';
