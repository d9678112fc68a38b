import type { DocumentType } from '../../contracts/document-types';

/** Short texts as each type tends to sound, written for this purpose; the words of naive Bayes come from them. */
export const DOCUMENT_SEEDS: Partial<Record<DocumentType, string[]>> = {
  invoice: [
    `Invoice 2044 dated 3 May. Bill to Harlow Catering. Quantity, description, unit price, amount. Subtotal, tax and total
    amount due. Payment is due within thirty days by bank transfer to the account below. Please quote the invoice number.`,
    `Statement of charges for consulting hours in June. Hours, rate, net amount, VAT, gross. Balance payable on receipt. Late
    payment is charged with interest. Remit to our bank, account number and sort code. Customer number, order number, terms.`,
    `Hosting fee, support plan, discount, price per unit, total excluding tax, total including tax, currency, billing
    address, shipping address, purchase order, supplier, tax registration, payable, overdue, invoiced items and labour.`,
  ],
  receipt: [
    `Receipt. Store number, cashier, till. Coffee, sandwich, bag. Total. Paid by card ending 4421, contactless. Change.
    Thank you for shopping with us. Keep this slip for returns and exchanges within fourteen days.`,
    `Payment received with thanks. Amount paid, cash, tip, table, server, items, tax included. Transaction approved, terminal,
    authorisation code, merchant copy. Visit again soon.`,
    `Parking ticket paid at machine, fuel litres pump price per litre, total paid, visa, customer copy, date and time printed.`,
  ],
  contract: [
    `This agreement is made between the company and the contractor. The parties agree as follows. The contractor shall perform
    the services. Either party may terminate upon written notice. This agreement shall be governed by the laws of the state.`,
    `Employment contract. The employee shall begin work on the first of March with a probation period. Salary, working hours,
    holiday, confidentiality, termination, notice. The employer shall provide. Any amendment must be in writing and signed.`,
    `The seller agrees to sell and the purchaser agrees to buy the property for the purchase price. Obligations, warranties,
    liability, indemnity, breach, assignment, severability, jurisdiction, hereby, thereof, pursuant to clause, consent.`,
    `Non-disclosure agreement. The receiving party shall hold confidential information in strict confidence and shall not
    disclose it to any third party without prior written consent. Obligations survive the expiry of this agreement.`,
  ],
  license: [
    `Licensed under the terms below. You may use, copy, modify and distribute the software in source or object form, provided
    that this copyright notice and license text are included. The software is provided as is, without warranty of any kind.`,
    `You may not use this file except in compliance with the license. Each contributor grants you a perpetual, worldwide,
    royalty-free copyright license to reproduce and prepare derivative works. Limitation of liability. Disclaimer.`,
    `Free software license: permission to run, study, share and change the program. Covered work, source code, conveying,
    patent claims, recipients, attribution, redistribute, merchantability, fitness for a particular purpose, damages.`,
  ],
  email: [
    `Subject: quick question. Hi Jane, can you send me the slides before the call tomorrow? I am out of the office in the
    afternoon. Let me know if that works for you. Thanks, Mark. Sent from my phone.`,
    `Hello everyone, just a reminder that the release moved to next week. Please reply by Friday if you have any objections.
    See the link and the attachment. Best regards. On Monday he wrote: could we talk about this?`,
    `Forwarded message. From, to, cc, date, subject. Hey team, sorry for the late reply, see my comments below. Happy to
    discuss, let's set up a short meeting. Cheers.`,
  ],
  letter: [
    `Dear Sir or Madam, I am writing with regard to your letter of last week. I would be grateful if you could confirm the
    appointment. Please find enclosed the documents. I look forward to hearing from you. Yours faithfully.`,
    `Dear Mr Brown, thank you for your application. We regret to inform you that the position has been filled. We wish you
    every success in the future. Yours sincerely, head of personnel.`,
    `Dear grandmother, how are you? We arrived safely at the coast and the children send their love. I hope your knee is
    better. Write soon. With much love, your nephew. Dear neighbours, complaint, apologise for the inconvenience caused.`,
  ],
  scientific_article: [
    `Abstract. We investigate the effect of temperature on growth in a randomised trial. Methods: samples were analysed using
    regression. Results: significant differences between groups. Conclusions: our findings suggest further research.`,
    `In this paper we propose a novel algorithm and evaluate it on several datasets. Our approach outperforms the baseline.
    Related work, experiments, ablation, limitations. The model is trained with gradient descent. Theorem, proof, lemma.`,
    `Introduction. Previous studies have shown an association between exposure and disease. Participants, cohort, control,
    hypothesis, statistical analysis, variance, correlation, et al, figure, table, supplementary material, discussion.`,
    `The observed spectra are consistent with the simulations. Measurements were performed at low temperature; the uncertainty
    is dominated by systematic errors. Species, cells, protein, concentration, parameters, equation, literature.`,
  ],
  news_article: [
    `The government announced on Tuesday that it will cut taxes, officials said. The opposition criticised the plan. "This is
    a bad day for families," the leader told reporters. The minister is expected to speak to parliament this week.`,
    `Police are investigating after two men were injured in a crash on the motorway early on Saturday. Witnesses said the car
    was travelling fast. A spokeswoman confirmed that a man had been arrested. The road reopened in the morning.`,
    `Shares in the carmaker fell sharply after the company reported lower profit and warned of weak demand, analysts said.
    The chief executive said the group would close a plant. The news comes amid concern about jobs and trade.`,
    `The home side won the final in front of thousands of fans on Sunday night. Coach and captain praised the team after the
    match. The storm left thousands without power, authorities said, and residents were evacuated from the town.`,
  ],
  resume: [
    `Professional summary: marketing specialist with ten years of experience. Work experience: managed campaigns, led a team,
    increased sales by 20 percent. Education: bachelor of arts. Skills: communication, leadership, spreadsheets.`,
    `Employment history. Nurse, city hospital, 2015 to present. Responsible for patient care and training of new staff.
    Certifications, languages, volunteering, hobbies, references available on request. Date of birth, nationality.`,
    `Developer proficient in several programming languages. Built, designed, implemented, maintained, achieved, developed and
    delivered projects. Internship, degree, university, graduated, career objective, portfolio, fluent, driving licence.`,
  ],
  report: [
    `This report presents the results of the audit. Executive summary, background, scope, findings, recommendations, appendix.
    Revenue increased compared with the previous year. The table shows the figures by region. Risks and next steps.`,
    `Quarterly report. Net sales, operating income, cash flow, outlook, shareholders, fiscal year, performance indicators,
    targets, budget, expenditure, growth. Management expects the second half to be stronger than the first.`,
    `Incident report: on the night of the outage the database failed over. Timeline, impact, root cause, corrective actions.
    Inspection of the building, condition, defects found, assessment, evaluation, survey of respondents, conclusions.`,
  ],
  minutes: [
    `Minutes of the board meeting. Present, apologies, chair. The minutes of the last meeting were approved. The treasurer
    reported on the accounts. A motion was moved, seconded and carried. Action: secretary to write. Meeting adjourned.`,
    `Attendees, agenda item, discussion, decision, action items with owner and due date. The committee agreed to postpone. The
    chairman thanked the members and closed the meeting. Any other business. The next meeting will be held in May.`,
    `Weekly team sync notes. Attending: five people. Decided to keep the date; open points were assigned; vote in favour,
    against, abstentions; resolution adopted unanimously; the council noted the matter arising.`,
  ],
  manual: [
    `User guide. Before you begin, read the safety instructions. Press the power button for three seconds. Connect the cable,
    then insert the battery. Warning: risk of electric shock. Cleaning, maintenance, troubleshooting, specifications.`,
    `Installation. Download the package and run the installer. Open the settings menu, click save, and restart the
    application. To configure the option, edit the file. Usage, example, command, parameters, default value, requirements.`,
    `Step one: assemble the frame with the screws provided. Step two: turn the knob clockwise. Do not overtighten. Make sure
    the switch is off. If the lamp blinks, replace the filter. Refer to the diagram, parts list, warranty, procedure.`,
  ],
};
