"""The API as a partner's token is answered: from the same walls as the portal's pages.

What a partner may not know is null; a verb steps through the one door. An operation that is not
named here is refused to partners.
"""
