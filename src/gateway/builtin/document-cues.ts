import type { DocumentType } from '../../contracts/document-types';

/** One sign of a document type: found once or often, it counts `weight` once. */
export type Cue = { pattern: RegExp; weight: number };

/**
 * Words and layouts that a type rarely goes without. Weights are the author's judgement: 3 says "hardly anything else",
 * 1 "fits". Every pattern is linear: no repetition within a repetition.
 */
export const DOCUMENT_CUES: Partial<Record<DocumentType, Cue[]>> = {
  invoice: [
    { pattern: /^\W{0,3}(?:tax |pro forma |commercial )?invoice\b/im, weight: 3 },
    { pattern: /\binvoice (?:no\b|number|date|#|id)/i, weight: 3 },
    { pattern: /\b(?:amount|total|balance) (?:due|payable)\b/i, weight: 2 },
    { pattern: /\b(?:due date|payment terms|payable within|net \d{1,3} days|bill to|billed to)\b/i, weight: 1.5 },
    { pattern: /\b(?:unit price|qty|subtotal)\b/i, weight: 1 },
    { pattern: /\b(?:VAT|GST|sales tax)\b/, weight: 1 },
    { pattern: /\b(?:IBAN|BIC|sort code|remit(?:tance)?|bank transfer)\b/i, weight: 1 },
  ],
  receipt: [
    { pattern: /^\W{0,3}(?:sales |payment |cash )?receipt\b/im, weight: 3 },
    { pattern: /\breceipt (?:no\b|number|#)/i, weight: 2 },
    { pattern: /\b(?:cashier|till|terminal id|served by)\b/i, weight: 1.5 },
    { pattern: /\b(?:change due|amount tendered|card ending|contactless|visa|mastercard)\b/i, weight: 1.5 },
    { pattern: /^(?:cash|change|total|card)\b[^\n]{0,40}\d[.,]\d\d\s*$/im, weight: 1.5 },
    { pattern: /\b(?:paid in full|payment received|thank you for (?:shopping|your (?:purchase|visit)))\b/i, weight: 2 },
  ],
  contract: [
    { pattern: /\b(?:this|the) (?:agreement|contract|lease|deed)\b/i, weight: 1.5 },
    { pattern: /\b(?:hereinafter|hereunder|hereto|herein|whereas|in witness whereof)\b/i, weight: 2 },
    { pattern: /\b(?:governing law|governed by|exclusive jurisdiction)\b/i, weight: 1.5 },
    { pattern: /\b(?:either|each|both|neither) part(?:y|ies)\b/i, weight: 2 },
    {
      pattern: /\b(?:party|parties|tenant|landlord|licensee|contractor|seller|buyer|client|employee) shall\b/i,
      weight: 1.5,
    },
    {
      pattern: /\b(?:effective date|entire agreement|force majeure|indemnif\w{1,8}|terminat\w{1,5} (?:this|the))\b/i,
      weight: 1,
    },
  ],
  license: [
    {
      pattern: /\b(?:MIT|BSD|ISC|Apache|GNU|Mozilla|Creative Commons|public)\b[^\n]{0,40}\blicen[sc]e\b/i,
      weight: 1.5,
    },
    { pattern: /\bpermission is hereby granted\b/i, weight: 3 },
    { pattern: /\bredistribution and use\b/i, weight: 3 },
    { pattern: /\b(?:without warrant(?:y|ies)|"as is")/i, weight: 1.5 },
    { pattern: /\bcopyright (?:\(c\)|©|notice|holders?|\d{4})/i, weight: 1.5 },
    { pattern: /\b(?:sublicense|derivative works?|licensed under|this license)\b/i, weight: 1.5 },
  ],
  email: [
    { pattern: /^subject:/im, weight: 2 },
    { pattern: /^from:\s/im, weight: 1.5 },
    { pattern: /^(?:to|cc|bcc):\s/im, weight: 1 },
    { pattern: /^(?:message-id|mime-version|reply-to|received|sent):/im, weight: 2 },
    { pattern: /^>\s|\bwrote:\s*$/m, weight: 1 },
    { pattern: /^(?:hi|hello|hey)\b[^\n]{0,40}$/im, weight: 1 },
    { pattern: /^(?:thanks|cheers|best|regards|kind regards|best wishes)[^\n]{0,20}$/im, weight: 0.5 },
  ],
  letter: [
    { pattern: /^dear\s[^\n]{1,60}$/im, weight: 2.5 },
    { pattern: /^(?:yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully)\b/im, weight: 3 },
    { pattern: /\b(?:i am|we are) writing (?:to|in|with|about|regarding)\b/i, weight: 1.5 },
    { pattern: /\b(?:enclosed|i enclose|enclosures?|look forward to hearing)\b/i, weight: 1 },
    { pattern: /^(?:re|our ref|your ref|reference):?\s/im, weight: 0.5 },
  ],
  scientific_article: [
    { pattern: /^\W{0,3}abstract\b/im, weight: 2.5 },
    { pattern: /\bet al\b/i, weight: 1.5 },
    { pattern: /\b(?:doi[:.]|arxiv)/i, weight: 1.5 },
    { pattern: /\bp ?[<=] ?0?\.\d|\b95 ?% (?:CI|confidence)|\bn = \d/i, weight: 2 },
    {
      pattern: /^\W{0,3}(?:keywords|materials and methods|methods|related work|references|introduction)\b/im,
      weight: 1,
    },
    {
      pattern: /\b(?:we (?:propose|hypothesi[sz]ed?|show that|present|introduce)|our (?:results|method|findings))\b/i,
      weight: 1.5,
    },
    { pattern: /\[\d{1,3}(?:, ?\d{1,3}){0,5}\]/, weight: 1 },
  ],
  news_article: [
    {
      pattern:
        /\b(?:said|told reporters|announced|told the)\b[^\n]{0,30}\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b/i,
      weight: 1.5,
    },
    { pattern: /\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day\b/i, weight: 0.5 },
    { pattern: /^[A-Z][A-Z ]{2,30}(?:,[^\n]{1,20})? ?(?:\([^)\n]{1,40}\))? ?[-–—]/m, weight: 2 },
    {
      pattern:
        /\b(?:officials|police|minister|spokes(?:person|man|woman)|authorities|residents|mayor)\b[^\n]{0,40}\b(?:said|told|confirmed)\b/i,
      weight: 1.5,
    },
    { pattern: /["”],? (?:said|told|added)\b/i, weight: 1.5 },
    {
      pattern: /\b(?:reporters|reporter|correspondent|according to (?:officials|police|a statement|figures))\b/i,
      weight: 1,
    },
    { pattern: /^by [A-Z][a-z]{1,20} [A-Z]/im, weight: 0.5 },
  ],
  resume: [
    { pattern: /\bcurriculum vitae\b|^\W{0,3}(?:resume|résumé|cv)\s*$/im, weight: 3 },
    { pattern: /^\W{0,3}(?:work|professional|employment)(?: experience| history)\b/im, weight: 2.5 },
    {
      pattern: /^\W{0,3}(?:experience|education|skills|qualifications|certifications|languages|interests|hobbies)\b/im,
      weight: 1.5,
    },
    { pattern: /\b(?:19|20)\d\d ?(?:-|–|to) ?(?:present|today|date|now|(?:19|20)\d\d)\b/i, weight: 1 },
    { pattern: /\breferences (?:are )?available\b/i, weight: 2 },
    {
      pattern:
        /\b(?:bachelor|master|b\.?sc|m\.?sc|b\.?a|mba|ph\.?d)\b[^\n]{0,40}\b(?:of|in|university|college|\d{4})\b/i,
      weight: 1,
    },
  ],
  report: [
    {
      pattern: /\b(?:annual|quarterly|progress|status|audit|incident|final|interim|monthly|inspection) report\b/i,
      weight: 2.5,
    },
    { pattern: /\bexecutive summary\b/i, weight: 2 },
    { pattern: /\bthis report\b/i, weight: 2 },
    { pattern: /\b(?:key findings|our recommendations|we recommend|recommendations?:|root cause)\b/i, weight: 1.5 },
    { pattern: /\b(?:fiscal year|year-on-year|(?:first|second|third|fourth) quarter|q[1-4] 20\d\d)\b/i, weight: 1 },
  ],
  minutes: [
    { pattern: /\bminutes of (?:the|a|our)\b/i, weight: 2.5 },
    { pattern: /\b(?:previous|last) (?:meeting|minutes)\b/i, weight: 1.5 },
    { pattern: /^\W{0,4}(?:present|attendees|in attendance|apologies|absent|chair)\b/im, weight: 2 },
    { pattern: /\b(?:motion|seconded|carried|resolved|unanimously|adjourned)\b/i, weight: 1.5 },
    { pattern: /\b(?:action items?|any other business|next meeting|meeting (?:closed|opened))\b/i, weight: 1.5 },
  ],
  manual: [
    {
      pattern: /\b(?:user (?:guide|manual)|instruction manual|getting started|quick start|installation)\b/i,
      weight: 2,
    },
    { pattern: /^\W{0,3}(?:warning|caution|note)\b\s?[:!]/im, weight: 1.5 },
    { pattern: /\btroubleshooting\b/i, weight: 2 },
    {
      pattern:
        /^\s{0,8}(?:step )?\d{1,2}[.):] (?:press|click|open|select|turn|insert|remove|place|connect|install|run|fill|make sure|switch)\b/im,
      weight: 2,
    },
    { pattern: /\b(?:press|click|select|hold|tap) (?:the|on|and)\b/i, weight: 1 },
    { pattern: /```|^\s{0,8}(?:\$ |npm (?:i|install|run)\b|pip install\b)/m, weight: 1.5 },
    { pattern: /\b(?:refer to|see) (?:the )?(?:section|chapter|page|documentation)\b/i, weight: 0.5 },
  ],
};
