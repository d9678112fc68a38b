/**
 * Written before the cues and seed texts of the classifier existed, and never tuned on. They come from the author of
 * the cues all the same, so they flatter it: documents of strangers do worse.
 */
export const HELD_OUT_TEXTS: { type: string; text: string }[] = [
  {
    type: 'invoice',
    text: `Tax Invoice
Marlowe Plumbing & Heating
ABN 00 000 000 000
To: Body Corporate 2214, Level 3
Ref 7781    Issued 4/11/2025    Terms: net 14 days
Replace mixing valve, level 2 bathroom          $ 312.00
Labour 3.5 h @ $95.00                           $ 332.50
GST 10%                                         $  64.45
Amount payable                                  $ 708.95
Remit to BSB 000-000 Account 12345678. Overdue accounts are charged 1.5% a month.`,
  },
  {
    type: 'receipt',
    text: `CORNER GROCERY
14 Mill St
Tel 555-0199
Cashier: Jo   Till 2
Milk 2L            3.20
Rye bread          4.10
Bananas 1.2kg      2.88
TOTAL             10.18
CASH              20.00
CHANGE             9.82
12/08/2025 17:43
Thank you, please come again! Keep your receipt for returns.`,
  },
  {
    type: 'contract',
    text: `RESIDENTIAL LEASE
Landlord: Amos Verity. Tenant: Clara Bixby.
The landlord lets to the tenant the premises known as Flat 3, 9 Copse Road, for a term of twelve months beginning on the
first day of September 2025. The tenant shall pay rent of 950 pounds a month in advance and a deposit equal to five weeks
rent. The tenant shall not assign or sublet the premises. Either party may end this lease by two months notice in writing.
The landlord shall keep the structure in repair. Any dispute arising out of this lease shall be settled by the courts
having jurisdiction where the premises are. Signed by the parties in the presence of the witness named below.`,
  },
  {
    type: 'license',
    text: `Copyright 2019 Someone Else. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met: redistributions of source code must retain the above copyright notice, this list of
conditions and the following disclaimer. Neither the name of the copyright holder nor the names of its contributors may
be used to endorse products derived from this software. This software is provided by the copyright holders "as is" and
any express or implied warranties are disclaimed.`,
  },
  {
    type: 'email',
    text: `Subject: RE: room for Thursday
From: Karl
To: Anna; Boris

Works for me. I booked the small room from 2 to 3, the big one was gone. Boris, can you bring the adapter? Mine broke.

Cheers
Karl

> On 4 Nov Anna wrote:
> Could we move it to the afternoon?`,
  },
  {
    type: 'letter',
    text: `17 Orchard View
Ludlow

6 October 2025

The Headteacher
St Brannock's School

Dear Mrs Fairweather,

I am writing to ask whether Lily may be excused from lessons on 20 October, as her grandmother is turning ninety and the
family is meeting in Aberdeen. She will of course make up the work that she misses. I enclose the form that your office
asked for.

Thank you for your understanding. I look forward to hearing from you.

Yours sincerely,

Margaret Trelawney`,
  },
  {
    type: 'scientific_article',
    text: `Sparse Gating Improves Long-Range Recall in Recurrent Memory Networks
Abstract. We propose a sparse gating mechanism for recurrent networks with external memory. In contrast to prior work, the
gate is trained with a straight-through estimator. Experiments on three benchmarks show that our method outperforms strong
baselines by 4.2 points on average while using half the parameters. An ablation study confirms that sparsity, rather than
depth, explains the gain. Code is available. 1 Introduction. Learning long-range dependencies remains an open problem [4, 9].`,
  },
  {
    type: 'news_article',
    text: `Ferry company suspends night crossings after engine fire
PORT ELLERY (Coast News) - The island ferry company said on Monday it had suspended all night crossings until further
notice after a fire broke out in the engine room of one of its vessels over the weekend. No one was hurt, police said.
Passengers told reporters they had waited four hours on deck. The transport minister has called for an investigation. It is
the third incident this year.`,
  },
  {
    type: 'resume',
    text: `CURRICULUM VITAE
Piers Hathaway, chartered accountant
Employment history
2018 to date: Finance Manager, Ashdown Textiles. Managed the yearly audit; introduced a new ledger; supervised a team of three.
2012 - 2018: Assistant Accountant, Rook & Sons.
Qualifications: ACA 2015; BA Economics, second class honours, 2011
Interests: rowing, chess. Full driving licence.`,
  },
  {
    type: 'report',
    text: `Annual Report 2024: Executive Summary
This report reviews the performance of the regional library service in the year to 31 December 2024. Visits rose by 8 percent
to 1.2 million. Chapter 2 presents the findings of the user survey; chapter 3 sets out our recommendations. Total
expenditure came in 2 percent under budget. Key findings: opening hours matter more than stock; digital loans overtook
print in the third quarter. We recommend extending Sunday opening to all branches. Table 4 compares the figures by branch.`,
  },
  {
    type: 'minutes',
    text: `Parish Council, 11 November 2025
In attendance: Cllr Hobbs (in the chair), Cllr Devi, Cllr Marsh, the Clerk
Apologies for absence were received from Cllr Stone.
1. The minutes of the previous meeting were signed as a true record.
2. Street lights. The Clerk reported that two lamps are out in Mill Lane. RESOLVED to ask the county to repair them.
3. Date of next meeting: 9 December. There being no further business the meeting closed at 8.40 pm.`,
  },
  {
    type: 'manual',
    text: `Getting started with your kettle
WARNING: Do not immerse the base in water.
1. Fill the kettle to between the MIN and MAX marks.
2. Place it on the base and press the switch down until it clicks. The light comes on.
3. To remove scale, fill with equal parts of vinegar and water, leave for one hour, then rinse twice.
Troubleshooting: if the kettle switches off before it boils, check the filter. Refer to the chapter on cleaning.`,
  },
  {
    type: 'other',
    text: `The fox had been watching the hen house for a week before the rain came. Then one evening, when the light lay low and gold
over the stubble, she slipped under the gate. Nobody saw her but the old dog, and he had long ago stopped caring about foxes.
He laid his grey head on his paws and dreamed of the river where he was born.`,
  },
  {
    type: 'other',
    text: `Heat the oven to 200 degrees. Toss the carrots with oil, honey and thyme and roast for half an hour until the edges are
brown. Meanwhile toast the hazelnuts in a dry pan, chop them, and stir them into the yoghurt with a little lemon. Serve warm.`,
  },
  { type: 'other', text: 'lol ok see you there, bring snacks, the green ones not the red ones haha' },
];
