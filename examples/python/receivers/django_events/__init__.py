"""Receives AI Rudder's events in Django, under /events, stores each once in PostgreSQL, and handles them in Celery.

    export DJANGO_SETTINGS_MODULE=django_events.settings
    django-admin migrate
    gunicorn --workers 2 --threads 8 'django.core.wsgi:get_wsgi_application()'
    celery --app django_events worker --beat        once with --beat, and without it as often as you like

needs `pip install airudder django gunicorn psycopg[binary] celery[redis]`, and these environment variables:
AIRUDDER_WEBHOOK_SECRET, AIRUDDER_WEBHOOK_SCHEME, DATABASE_URL, REDIS_URL and DJANGO_SECRET_KEY.
"""
