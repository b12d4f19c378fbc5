"""A launch in a frame of another site, over HTTPS, in a stock Firefox: as it comes, and with cookies refused."""

from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from tests.browser.service import TODAY
from tests.security.lti.firefox import Firefox, OpenFirefox
from tests.security.lti.sites import FILE_LINK, FILE_MENU, Sites

pytestmark = [pytest.mark.browser, pytest.mark.long]

EACH_SITE_APART, REFUSE_OTHER_SITES, REFUSE_ALL = 5, 1, 2
"""Of network.cookie.cookieBehavior: Total Cookie Protection, with which Firefox comes, and what people may choose."""
SHOWN = "document.body.innerText.trim()"


def use_classroom(firefox: Firefox, sites: Sites) -> None:
    """News, a filter, a file and a reload, in a frame that has been launched."""
    firefox.enter()
    address = firefox.value("location.pathname")
    assert address.startswith("/embed/courses/")

    firefox.until("document.querySelector('#classroom-days .main-svg') !== null")
    before = firefox.value(TODAY)
    sites.somebody_studies()
    firefox.until(f"{TODAY} === {before + 1}")

    Select(firefox.driver.find_element(By.CSS_SELECTOR, "#classroom-section")).select_by_value("A")
    firefox.until("document.querySelector('#classroom-count').textContent === '4 learners'")

    firefox.click(FILE_MENU)
    firefox.click(FILE_LINK)
    saved = firefox.saved()
    lines = saved.read_text(encoding="utf-8-sig").splitlines()
    assert saved.name.startswith("classroom-learners-")
    assert sorted(line.partition(",")[0] for line in lines[1:]) == ["Ada Abel", "Cleo Cole", "Eli Ellis", "Gil Gray"]
    [with_ticket] = [address for address in firefox.asked if "/learners.csv" in address]
    assert "ticket=" in with_ticket
    assert sites.status_of(with_ticket) == 404

    firefox.driver.execute_script("window.before = true; setTimeout(() => location.reload(), 0)")
    firefox.until("window.before === undefined")
    firefox.enter()
    assert firefox.value("location.pathname") == address
    assert firefox.value("document.querySelector('#classroom-count').textContent") == "4 learners"
    assert firefox.cookies() == []


def paths_of(firefox: Firefox) -> list[str]:
    """What the pages have asked of both sites."""
    return [urlsplit(address).path for address in firefox.asked]


def heard_by_the_course(firefox: Firefox) -> set[str]:
    """What the frame has said to the page around it."""
    firefox.leave()
    return set(firefox.value("heard"))


def test_a_launch_in_a_frame_is_bound_by_its_cookie_and_shows_a_living_classroom(
    firefox: OpenFirefox, sites: Sites
) -> None:
    browser = firefox()
    assert browser.preference("network.cookie.cookieBehavior") == EACH_SITE_APART

    browser.driver.get(sites.course)
    use_classroom(browser, sites)

    assert "/lti/launch" in paths_of(browser)
    assert "/lti/bound" not in paths_of(browser)
    assert heard_by_the_course(browser) == {"lti.frameResize"}


def test_where_cookies_of_other_sites_are_refused_the_frame_itself_binds_the_launch(
    firefox: OpenFirefox, sites: Sites
) -> None:
    browser = firefox(**{"network.cookie.cookieBehavior": REFUSE_OTHER_SITES})

    browser.driver.get(sites.course)
    use_classroom(browser, sites)

    assert "/lti/bound" in paths_of(browser)
    assert heard_by_the_course(browser) == {"lti.frameResize"}


def test_where_nothing_is_kept_a_platform_that_offers_to_keep_it_binds_the_launch(
    firefox: OpenFirefox, sites: Sites
) -> None:
    browser = firefox(**{"network.cookie.cookieBehavior": REFUSE_ALL})

    browser.driver.get(sites.keeping_course)
    use_classroom(browser, sites)

    assert "/lti/bound" in paths_of(browser)
    assert heard_by_the_course(browser) == {"lti.put_data", "lti.get_data", "lti.frameResize"}


def test_where_nothing_is_kept_by_anybody_the_page_says_what_to_do_and_offers_one_window_only(
    firefox: OpenFirefox, sites: Sites
) -> None:
    browser = firefox(**{"network.cookie.cookieBehavior": REFUSE_ALL})
    browser.driver.get(sites.course)
    browser.driver.switch_to.frame("tool")
    browser.until(f"{SHOWN}.startsWith('This page opens in a window of its own')")

    browser.click("[data-lti-late=frame] a")
    browser.next_window()

    browser.until(f"{SHOWN}.startsWith('Your browser does not let this page open')")
    assert "Open in a new window" not in browser.value(SHOWN)
    assert "/lti/bound" not in paths_of(browser)
