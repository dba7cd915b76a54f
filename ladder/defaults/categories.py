"""The categories a new tenant starts with, in the order the intake shows them.

Source: the product's domain rules, section 1. They are a proposal, no legal advice.
"""

from ladder.defaults import administrative, strategic

CATEGORIES = (
    administrative.DEAL_REGISTRATION,
    administrative.LEAD_ROUTING,
    administrative.MARKETING_FUNDS,
    administrative.PAYOUT,
    strategic.TERRITORY,
    strategic.PRICE_PARITY,
    strategic.EXCLUSIVITY,
    strategic.DIRECT_SALES,
    strategic.CONTRACT_TERMS,
    administrative.PRODUCT_SERVICE,
    strategic.DATA_PRIVACY,
    strategic.INTEGRITY,
)
