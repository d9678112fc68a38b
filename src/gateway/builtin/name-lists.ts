/** Words after a name that make it a company. */
export const LEGAL_FORMS: ReadonlySet<string> = new Set(
  'Ltd Limited Inc Incorporated LLC LLP PLC plc Corp Corporation Co GmbH AG SE KG eV SA SAS SARL BV NV AB AS ApS Oy SpA Srl'.split(
    ' ',
  ),
);

/** Words that end the name of an institution (`Thornbury Allotment Association`). */
export const INSTITUTIONS_LAST: ReadonlySet<string> = new Set(
  'University College Institute Association Foundation Council Committee Ministry Agency Bank Hospital Museum Society Trust Union'.split(
    ' ',
  ),
);

/** Words that, with `of` or `for`, begin the name of an institution (`University of Halden`). */
export const INSTITUTIONS_FIRST: ReadonlySet<string> = new Set(
  'University Institute Ministry Bank Academy College Museum Council Society School Department'.split(' '),
);

/** Words before the name of a person. */
export const TITLES: ReadonlySet<string> = new Set(
  'Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Mayor President Minister Senator Judge Captain Herr Frau'.split(
    ' ',
  ),
);

/** Words that end a street and so rule out a place or a person. */
export const STREETS: ReadonlySet<string> = new Set(
  'Street St Road Rd Avenue Ave Lane Row Drive Close Square Court Way Terrace Hill'.split(' '),
);

/** Capitalised words that begin no name. */
export const NOT_NAMES: ReadonlySet<string> = new Set(
  'The A An This That These Those He She It We They I You In On At By For From To Of And Or But If When While As With Our Your Their His Her Its Please Dear Hi Hello Thanks Date Place Chair Present Subject Cc'.split(
    ' ',
  ),
);
